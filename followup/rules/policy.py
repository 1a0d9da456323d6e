"""House policy of follow-up: the numbers that are not a row of the clinical protocol."""

from pathlib import Path

from core.pure.tables import read_policy

DATA = Path(__file__).parent / "data"

POLICY = read_policy(DATA / "followup_policy.csv")
