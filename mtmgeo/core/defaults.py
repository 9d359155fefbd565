"""What is taken where nothing is said, by functions and by the command line's options alike."""

from typing import Final

#: Least probability of a match: higher is more precise, lower finds more.
ACCEPT: Final = 0.85

#: Counts below this are not published unless the caller says otherwise.
SUPPRESS_BELOW: Final = 5

#: The deepest level at which people are counted by sex, age, country of return and the like.
BREAKDOWN_LEVEL: Final = 1
