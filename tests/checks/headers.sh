#!/usr/bin/env bash
# Every header compiles alone. Each is compiled through ccache from a path that stays the same, so only headers whose
# includes changed cost anything the next time.
set -euo pipefail

scratch=${FRESHET_BUILD_DIR:-build/checks}/headers
mkdir -p "$scratch"

launcher=$(command -v ccache || true)
read -r -a packages < <(pkg-config --cflags libpq libprotobuf-c libsystemd)
pg_query=$(find /usr/include /usr/local/include -maxdepth 2 -name pg_query.h -print -quit)
export launcher scratch
export flags="-std=c++20 -O0 -Wall -Wextra -Werror -Iinclude ${packages[*]} -isystem ${pg_query%/*}/pg_query
    -DBOOST_ASIO_SEPARATE_COMPILATION -DBOOST_BEAST_SEPARATE_COMPILATION -DBOOST_ASIO_NO_DEPRECATED"

compile_alone() {
    local header=$1 name=${1//\//_}
    local source=$scratch/$name.cpp
    [[ -f $source ]] || printf '#include "%s"\n' "${header#include/}" >"$source"
    # shellcheck disable=SC2086  # an empty launcher vanishes, and the flags are words
    if ! $launcher g++ $flags -c "$source" -o "$scratch/$name.o" 2>"$scratch/$name.log"; then
        printf '%s: does not compile alone\n' "$header"
        head -n 20 "$scratch/$name.log"
        return 1
    fi
    rm -f "$scratch/$name.o"
}
export -f compile_alone

# shellcheck disable=SC2016  # bash expands it, not this shell
find include -name '*.hpp' -print0 | sort -z |
    xargs -0 -r -n 1 -P 2 bash -c 'compile_alone "$1"' compile_alone
