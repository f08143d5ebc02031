#!/usr/bin/env bash
# The unit file is valid and its sandbox scores below 2.0 of 10 (lower is tighter). Skipped without systemd-analyze.
set -euo pipefail

skipped=77
command -v systemd-analyze >/dev/null || { echo "systemd: systemd-analyze is not installed"; exit "$skipped"; }

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# verify wants the program to exist; the package's path does not on a developer's machine.
sed 's|^ExecStart=/usr/bin/freshetd|ExecStart=/bin/true|' systemd/freshetd.service >"$scratch/freshetd.service"

faults=0
said=$(systemd-analyze verify --man=no "$scratch/freshetd.service" 2>&1) || faults=1
said=$(grep -F freshetd.service <<<"$said" || true)
if [[ -n $said ]]; then
    printf '%s\n' "$said"
    faults=1
fi

systemd-analyze security --offline=true --threshold=20 --no-pager "$scratch/freshetd.service" >"$scratch/score" ||
    { cat "$scratch/score"; faults=1; }
tail -n 1 "$scratch/score"
exit "$faults"
