"""The cases of differential.py (*_cases), their parts (secp, script, locks, kinds), and the comparison (world)."""
