"""AudioLDM (Liu et al. 2023): sounds from a point in CLAP's audio space. The only room that imports diffusers.

``folder`` reads a model's folder, ``parts`` runs its networks, ``mel`` is what its encoder hears, ``schedule`` and
``solvers`` are the mathematics of the steps, and ``denoise`` the loop over them.
"""
