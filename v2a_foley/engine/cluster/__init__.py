"""Many machines: the jobs of the queue, and the parts of a training set, carried out on a Ray cluster."""

from v2a_foley.engine.cluster.films import FILES, SHARED, STORE, RayHand, ray_hands

__all__ = ["FILES", "SHARED", "STORE", "RayHand", "ray_hands"]
