"""The cases of differential.py: what they are made of (secp, script, locks, kinds), and what judges them (world)."""
