#!/usr/bin/env bash
# Every tracked shell script parses, and shellcheck, where it is installed, has nothing to say.
set -euo pipefail

scripts() {
    git -c safe.directory='*' ls-files -z | while IFS= read -r -d '' file; do
        [[ -f $file ]] && head -n 1 -- "$file" | grep -qaE '^#!.*\b(ba)?sh\b' && printf '%s\0' "$file"
    done
    return 0
}

mapfile -d '' -t files < <(scripts)
((${#files[@]} >= 3)) || { echo "shell: found ${#files[@]} scripts; the check itself is broken"; exit 1; }

faults=0
for file in "${files[@]}"; do
    bash -n -- "$file" || faults=1
done
if command -v shellcheck >/dev/null; then
    shellcheck --external-sources -- "${files[@]}" || faults=1
fi
exit "$faults"
