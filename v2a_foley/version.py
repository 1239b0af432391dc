"""The program's version, for every floor: what it makes says by which program."""

VERSION = "0.1.0"
