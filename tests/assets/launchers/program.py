"""Stands in for `python -m training run FOLDER`: a program of the same protocol, told by `FOLDER/act.json` how to behave."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from dagster_pipes import open_dagster_pipes


def main(folder: Path) -> int:
    """Do as `act.json` says: report, exit, be killed, or go on until somebody ends it."""
    act = json.loads((folder / "act.json").read_text())
    rank = int(os.environ.get("RANK", "0"))
    told = folder / f"rank-{rank}.json"
    told.with_suffix(".part").write_text(json.dumps({"pid": os.getpid(), "environment": dict(os.environ)}))
    told.with_suffix(".part").replace(told)
    print(f"rank {rank} says: {act.get('says', 'nothing')}", file=sys.stderr, flush=True)
    if act["does"] == "fails itself":
        folder.joinpath("failure.json").write_text(json.dumps({"step": 7, "message": "step 7: the loss is nan"}))
        return 3
    if act["does"] == "exits":
        return act["code"]
    if act["does"] == "is killed" and rank == act.get("rank", 0):
        os.kill(os.getpid(), signal.SIGKILL)
    if act["does"] in ("goes on", "is killed"):
        while True:
            time.sleep(0.05)
    if rank == 0 and act["does"] == "reports":
        with open_dagster_pipes() as pipes:
            pipes.log.info("step 1 of 1")
            pipes.report_asset_materialization(metadata={"loss": act.get("loss", 0.5)}, data_version="v1")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
