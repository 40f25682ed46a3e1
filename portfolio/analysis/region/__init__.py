"""Several cities and one pool of grants: each city on its own at a price of the pool's kronor, and a choice among their plans."""
