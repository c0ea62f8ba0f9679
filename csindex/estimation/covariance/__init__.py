"""Covariance structure models: the same design estimated by maximum likelihood and its kin.

Arrays of this package have the stack on their *last* axis, e.g. ``(p, p, m)``, so that parameters pick their elements by
plain indexing; `np.moveaxis` turns them into the ``(m, p, p)`` of the other packages, with the same memory.
"""
