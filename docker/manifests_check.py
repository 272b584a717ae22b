"""`make manifests`: docker/kubernetes as `kubectl` builds it, against the schemas of Kubernetes, of the versions that are in use.

Once as it is, and once with the component for nodes that do not know their public address. Needs kubectl (Debian: kubernetes-client).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import yaml

FOLDER: Final = Path(__file__).parent / "kubernetes"
VERSIONS: Final = ("1.31", "1.34", "1.37")
SWITCHED_OFF, SWITCHED_ON = "# components:", "components:"


def built(*, with_addresses: bool) -> list[dict[str, Any]]:
    """All objects, with the example in place of secrets."""
    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(FOLDER, Path(place) / "kubernetes")
        shutil.copy(folder / "secrets.env.example", folder / "secrets.env")
        if with_addresses:
            kustomization = folder / "kustomization.yaml"
            text = kustomization.read_text()
            assert SWITCHED_OFF in text
            kustomization.write_text(text.replace(SWITCHED_OFF, SWITCHED_ON))
        run = subprocess.run(
            ["kubectl", "kustomize", str(folder)], stdout=subprocess.PIPE, text=True, check=True
        )
    return list(yaml.safe_load_all(run.stdout))


def main() -> int:
    for with_addresses in (False, True):
        objects = built(with_addresses=with_addresses)
        for version in VERSIONS:
            for each in objects:
                kubernetes_validate.validate(each, version, strict=True)
        variables = {
            variable["name"]
            for each in objects
            if (each["kind"], each["metadata"]["name"]) == ("Deployment", "kith")
            for variable in each["spec"]["template"]["spec"]["containers"][0]["env"]
        }
        assert ("ADDRESSES" in variables) is with_addresses
        assert ("KITH_MEDIA_ADDRESSES" in variables) is not with_addresses
        print(f"{len(objects)} objects are as Kubernetes {', '.join(VERSIONS)} wants them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
