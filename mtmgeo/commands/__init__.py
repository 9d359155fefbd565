"""What can be asked for: the whole report, and each command of the command line."""
