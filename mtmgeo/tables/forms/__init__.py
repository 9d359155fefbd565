"""Exports of KoBo and ODK, and the forms that they answer."""
