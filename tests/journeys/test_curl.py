"""The README's curl lines do what the README says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dev.stack import Stack

ROOT = Path(__file__).resolve().parents[2]


def lines() -> str:
    """The one block between the README's curl marks."""
    found = re.search(r"<!-- curl:begin -->\n```bash\n(.*?)```\n<!-- curl:end -->", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    assert found, "README.md has no curl block"
    return found[1]


@pytest.mark.skipif(not shutil.which("curl") and not os.environ.get("CI"), reason="SKIPPED LOUDLY: no curl on this machine")
def test_the_readmes_curl_lines_lead_from_sign_up_to_a_result_a_spot_a_store_and_an_answer(stack: Stack) -> None:
    shell = stack.env | {"BASE": stack.url.rstrip("/"), "INBOX": stack.env["WECHAT_URL"], "PATH": os.environ["PATH"]}
    ran = subprocess.run(["bash", "-euo", "pipefail", "-c", lines()], cwd=ROOT, env=shell, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"code":"see_a_doctor"' in ran.stdout.replace(" ", "")
    assert "not a diagnosis" in ran.stdout
    assert '"state":"answered"' in ran.stdout.replace(" ", "")
    assert '"kind":"referral"' in ran.stdout.replace(" ", ""), "the child's myopia is referred"
