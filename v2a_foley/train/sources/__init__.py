"""What a mapper is trained on, as it lies on a disk: VGGSound, folders of films, images with sounds, lists of pairs."""

from v2a_foley.train.sources.find import KINDS, find_source
from v2a_foley.train.sources.item import GONE, Item, Source, Unusable

__all__ = ["GONE", "KINDS", "Item", "Source", "Unusable", "find_source"]
