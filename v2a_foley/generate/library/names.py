"""What a sound file's name says: its UCS CatID, and the words that describe it. Reads names only, never a file.

The Universal Category System names a file ``CatID_FXName_CreatorID_SourceID`` (further blocks may follow), where the
CatID is a short category in capitals and an abbreviated subcategory (``ANMLDog``; a general sound has none,
``RAIN``), with the recordist's own category behind a hyphen where there is one (``ANMLDog-FARM``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

_CATEGORIES = {
    "AERO": "aircraft", "AIR": "air", "ALRM": "alarm", "AMB": "ambience", "ANML": "animal", "ARCH": "", "BEEP": "beep",
    "BELL": "bell", "BIRD": "bird", "BLLT": "bullet", "BOAT": "boat", "CERM": "ceramic", "CHAIN": "chain",
    "CHEM": "chemical", "CLOCK": "clock", "CLOTH": "cloth", "CMPT": "computer", "COM": "communication",
    "COMM": "communication", "CREA": "creature", "CRWD": "crowd", "DEST": "destruction", "DESTR": "destruction",
    "DIRT": "dirt and sand", "DOOR": "door", "DRWR": "drawer", "DSGN": "designed", "ELEC": "electricity",
    "EQUIP": "equipment", "EQUP": "equipment", "EXPL": "explosion", "FART": "fart", "FEET": "footsteps",
    "FGHT": "fight", "FIRE": "fire", "FOLY": "foley", "FOOD": "food and drink", "FRWK": "fireworks", "GAME": "game",
    "GEO": "geothermal", "GLAS": "glass", "GORE": "gore", "GUN": "gun", "HAIL": "weather hail", "HMN": "human",
    "HORN": "horn", "ICE": "ice", "LASR": "laser", "LETH": "leather", "LETHR": "leather", "LIQ": "liquid and mud",
    "MACH": "machine", "MAG": "magic", "MAGC": "magic", "MECH": "mechanical", "METL": "metal", "MOTR": "motor",
    "MOVE": "movement", "MUSC": "musical", "NATD": "natural disaster", "NDST": "natural disaster", "OBJ": "object",
    "PAPR": "paper", "PLAS": "plastic", "RAIN": "rain", "ROBT": "robot", "ROCK": "rock", "ROPE": "rope",
    "RUBR": "rubber", "SCI": "science fiction", "SNOW": "snow", "SPRT": "sport", "STORM": "weather storm",
    "SWSH": "swoosh", "THUN": "weather thunder", "TOOL": "tool", "TOON": "cartoon", "TOY": "toy", "TRN": "train",
    "UI": "user interface", "VEGE": "vegetation", "VEH": "vehicle", "VOX": "voice", "WATR": "water", "WEAP": "weapon",
    "WHSH": "swoosh", "WHSL": "whistle", "WHST": "whistle", "WIND": "wind", "WING": "wings", "WNDW": "window",
    "WOOD": "wood", "WTHR": "weather",
}  # fmt: skip
_CATID = re.compile(rf"^({'|'.join(sorted(_CATEGORIES, key=len, reverse=True))})([A-Z0-9][a-z0-9]+[A-Za-z0-9]*)$")
_NO_LETTERS = re.compile(r"(?:[^\w']|[\d_])+")
_NEW_WORD = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zß-ÿ])")
_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        """aif aiff audio bit bwf cd edit effects file files final fin flac hd hz khz lib library loop lr
        master mix mono mp mst my new ogg orig original pack raw rec recording recordings ref render
        sample samples sd sfx snd sound sounds soundeffects st stereo take tk track untitled ver
        version vol wav ms xy ortf""",
    )
)


@dataclass(frozen=True)
class ParsedName:
    """What a sound's place in its library says about it.

    Attributes:
        catid: its UCS CatID, or empty where the name follows no UCS.
        words: what it is, in lower case words ("large dog bark aggressive"); may be empty.
        series: what the name shares with its siblings (``footstep wood`` of ``Footstep_Wood_03``), its folder included.
    """

    catid: str
    words: str
    series: str


def split_words(text: str) -> list[str]:
    """Split a name at punctuation, digits and changes of case: ``DoorSlam_02`` is ``["door", "slam"]``."""
    words = _NO_LETTERS.sub(" ", _NEW_WORD.sub(" ", text)).lower().split()
    return [word for word in (word.strip("'") for word in words) if word]


def catid_of(stem: str) -> str:
    """Return the UCS CatID that a name begins with, without a recordist's own category, or an empty text.

    A bare category counts only where the name has all four blocks: ``RAIN_heavy`` is just a name.
    """
    blocks = stem.split("_")
    head = blocks[0].split("-")[0].strip()
    return head if _CATID.match(head) or (head in _CATEGORIES and len(blocks) >= 4) else ""


def category_of(catid: str) -> str:
    """Return the category that a CatID belongs to, as a word; empty for what is no CatID."""
    match = _CATID.match(catid)
    words = _CATEGORIES.get(match[1] if match else catid, "")
    return words.split(" ")[0]


def category_words(catid: str) -> str:
    """Return the words that a CatID stands for as far as its letters tell: ``ANMLDog`` is ``animal dog``."""
    match = _CATID.match(catid)
    if match is None:
        return _CATEGORIES.get(catid, "")
    category, rest = _CATEGORIES[match[1]], match[2].lower()
    return category if rest in ("misc", category) else f"{category} {rest}".strip()


def telling(words: list[str]) -> list[str]:
    """Leave out words that say nothing about the sound (``stereo``, ``take``), lone letters and repetitions."""
    kept: list[str] = []
    for word in words:
        if len(word) > 1 and word not in _SAYS_NOTHING and word not in kept:
            kept.append(word)
    return kept


def parse_name(relative: PurePath) -> ParsedName:
    """Read a sound's path relative to its library's folder.

    The creator's and source's blocks of a UCS name are left out: they name people and shows. Of the folders the last
    two count, and only where they add a word.
    """
    blocks = relative.stem.split("_")
    catid = catid_of(relative.stem)
    if catid:
        name = split_words(blocks[1]) if len(blocks) > 1 else []
        series = [catid, *name]
    else:
        name = split_words(relative.stem)
        series = [word for word in name if len(word) > 1]
    folders = [word for folder in relative.parts[:-1][-2:] for word in split_words(folder)]
    words = telling([*name, *folders]) if not catid or not telling(name) else telling(name)
    return ParsedName(catid, " ".join(words), "/".join([relative.parent.as_posix(), " ".join(series)]))


def describe(parsed: ParsedName, category: str, note: str) -> str:
    """Return the sentence that is embedded for a sound: its words, its category, and the note inside the file.

    Args:
        parsed: what the name says.
        category: words for its CatID; may be empty.
        note: the description that the file itself carries; may be empty. Its first 200 characters count.
    """
    told = set(parsed.words.split())
    extra = " ".join(word for word in telling(split_words(category)) if word not in told)
    parts = [parsed.words, extra, " ".join(note.split())[:200]]
    return ", ".join(part for part in parts if part)
