"""Measuring mappers and sounds: what is read, listened to and compared. The mathematics stand in ``metrics``."""
