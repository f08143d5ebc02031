#!/usr/bin/env bash
# Holds every #include against the arrows in daemon/CMakeLists.txt, and keeps each foreign API in its one module.
set -euo pipefail

# header prefix, then the modules that may include it ("!" first: the modules that may not)
foreign_apis='
libpq-fe.h       pg
pg_query         query
prometheus/      observe
boost/beast      http
spdlog/          observe
CLI/             cli
systemd/         app
boost/asio       ! core sql query compile settings observe
'

# Lines "module dependency...": the DEPENDS of each freshet_module(), which may span lines.
table() {
    sed 's/#.*//' daemon/CMakeLists.txt | tr '\n' ' ' | tr '()' '\n' | awk '
        $1 != "NAME" { next }
        {
            line = $2; on = 0
            for (i = 3; i <= NF; i++) {
                if ($i == "DEPENDS" || $i == "LIBRARIES") on = ($i == "DEPENDS")
                else if (on) line = line " " $i
            }
            print line
        }'
}

# Lines "file:line module header" for every #include of a module's headers and sources.
includes() {
    grep -rnE '^[[:space:]]*#[[:space:]]*include' daemon/*/ include/freshet/*/ --include='*.?pp' |
        sed -nE 's@^((daemon|include/freshet)/([^/]+)/[^:]+:[0-9]+):[^<"]*[<"]([^>"]+)[>"].*@\1 \3 \4@p'
}

judge() {
    awk -v apis="${foreign_apis//$'\n'/|}" '
        function allow_all_below(module, lower,   i, n, list) {
            if ((module, lower) in allowed) return
            allowed[module, lower] = 1
            n = split(depends[lower], list, " ")
            for (i = 1; i <= n; i++) allow_all_below(module, list[i])
        }
        function forbidden_api(module, header,   i, named) {
            for (i = 1; i <= rules; i++) {
                if (index(header, prefix[i]) != 1) continue
                named = index(" " homes[i] " ", " " module " ") > 0
                if (homes[i] ~ /^!/ ? named : !named) return homes[i]
            }
            return ""
        }
        function advice(home) { return sub(/^! /, "", home) ? "it is kept out of " home : "it belongs in " home }
        function complain(text) { print where ": " text; faults++ }
        BEGIN {
            lines = split(apis, line, "|")
            for (l = 1; l <= lines; l++) if (split(line[l], word, " ") > 1) {
                prefix[++rules] = word[1]
                homes[rules] = line[l]; sub(/^[^ ]+ +/, "", homes[rules])
            }
        }
        NR == FNR { module = $1; known[module] = 1; $1 = ""; depends[module] = $0; next }
        FNR == 1 { for (module in known) allow_all_below(module, module) }
        {
            where = $1
            if (!($2 in known)) complain("module " $2 " is not in daemon/CMakeLists.txt")
            else if ($3 ~ /^freshet\//) {
                split($3, part, "/")
                if (!(($2, part[2]) in allowed))
                    complain($2 " must not include " $3 "; hint: its DEPENDS do not reach " part[2])
            } else if ((home = forbidden_api($2, $3)) != "")
                complain($2 " must not include " $3 "; hint: " advice(home))
        }
        END {
            if (!("core" in known) || NR == FNR) { print "layering: read no table; the check is broken"; faults++ }
            if (FNR < 10) { print "layering: found almost no #include; the check is broken"; faults++ }
            exit faults > 0
        }' <(table) <(includes)
}

judge
