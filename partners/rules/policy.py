"""The numbers of the gateway, from data/privacy_policy.csv."""

from pathlib import Path

from core.pure.tables import read_policy

DATA = Path(__file__).parent / "data"
POLICY = read_policy(DATA / "privacy_policy.csv")
