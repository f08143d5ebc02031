#!/usr/bin/env bash
# The alerts that are shipped: Prometheus and Alertmanager accept them, each is seen firing and not firing by promtool,
# goes to the receiver of its severity, and has a section in the runbooks; rules and dashboards name metrics that there
# are. Skipped without promtool and amtool.
set -euo pipefail

rules=config/prometheus/freshet.alerts.yml
routes=config/alertmanager/alertmanager.yml
runbooks=docs/runbooks.md
reference=docs/metrics.md
skipped=77
for tool in promtool amtool; do
    command -v "$tool" >/dev/null || { echo "alerts: $tool is not installed"; exit "$skipped"; }
done

faults=0
fault() {
    printf '%s\n' "$1"
    faults=1
}

# What a program says is of interest only if it complains.
quietly() {
    local said
    said=$("$@" 2>&1) || fault "$*: $said"
}

# Lines "alert severity runbook_url parts", the parts among for, summary and description that it has.
alerts() {
    awk '
        function flush() { if (name != "") print name, severity, url, parts; severity = url = "-"; parts = "" }
        $1 == "-" && $2 == "alert:" { flush(); name = $3 }
        $1 == "severity:" { severity = $2 }
        $1 == "runbook_url:" { url = $2 }
        $1 ~ /^(for|summary|description):$/ { parts = parts $1 }
        END { flush() }' "$rules"
}

# Lines "alert what-readers-see commands cures" for each section of the runbooks, as counts.
sections() {
    awk '
        function flush() { if (name != "") print name, readers, commands, cures; readers = commands = cures = 0 }
        /^## / { flush(); name = $2 }
        /^\*\*Readers see\*\*/ { readers++ }
        /^\$ / { commands++ }
        /^\*\*Cure\.\*\*/ { cures++ }
        END { flush() }' "$runbooks"
}

# Lines "alert firing" and "alert silent" for each expectation in the tests.
tested() {
    awk '
        $1 == "-" && $2 == "alertname:" { name = $3 }
        $1 == "exp_alerts:" { print name, ($2 == "[]" ? "silent" : "firing") }' config/prometheus/tests/*.yml | sort -u
}

receiver_of() {
    case $1 in
        page) echo pager ;;
        chat | watchdog) echo "$1" ;;
        *) return 1 ;;
    esac
}

check_alert() {
    local name=$1 severity=$2 url=$3 parts=${4-} receiver
    [[ $parts == for:summary:description: ]] || fault "$name: has '$parts' and not for, summary and description"
    grep -qxF "$name 1 3 1" <<<"$described" ||
        fault "$name: its runbook does not say what readers see, three commands and the cure"
    grep -qxF "$name firing" <<<"$expectations" || fault "$name: no test sees it fire"
    # The watchdog always fires.
    [[ $severity == watchdog ]] || grep -qxF "$name silent" <<<"$expectations" || fault "$name: no test sees it not fire"
    grep -qxF "## $name" "$runbooks" || fault "$name: $runbooks has no section '## $name'"
    [[ $url == */"${runbooks##*/}#${name,,}" ]] || fault "$name: its runbook_url $url is not the section of $runbooks"
    receiver=$(receiver_of "$severity") || { fault "$name: severity '$severity' is none of page, chat, watchdog"; return; }
    quietly amtool config routes test --config.file="$routes" --verify.receivers="$receiver" \
        alertname="$name" severity="$severity" job=freshet database=backoffice view=sales
}

quietly promtool check config config/prometheus/prometheus.yml
quietly amtool check-config "$routes"
quietly promtool test rules config/prometheus/tests/*.yml

expectations=$(tested)
described=$(sections)
count=0
while read -r -a words; do
    check_alert "${words[@]}"
    count=$((count + 1))
done < <(alerts)
((count >= 20)) || fault "alerts: found $count alerts in $rules; the check itself is broken"

# An alert that is spelt wrong in an inhibition silences nothing, and no program says so.
known=$(alerts | cut -d ' ' -f 1)
while read -r pattern; do
    grep -qxE "$pattern" <<<"$known" || fault "$routes: no alert is called $pattern"
done < <(grep -o 'alertname =[^"]*"[^"]*"\|alertname = \w*' "$routes" | sed 's/^alertname [=~]* //; s/"//g' | tr '|' '\n')

# A metric that is spelt wrong is no series, and no program says so. The reference is written from the daemon's own table;
# monitoring.paging and monitoring.panels look into a live scrape, too.
while read -r file metric; do
    base=$(sed -E 's/_(bucket|count|sum)$//' <<<"$metric")
    grep -qF "| \`$base\` |" "$reference" || grep -qF "| \`$metric\` |" "$reference" ||
        fault "$file: $reference has no metric $metric"
done < <(grep -oE '\b(freshet|process)_[a-z_]+\b' config/prometheus/*.yml config/grafana/dashboards/*.json | tr ':' ' ' |
    sort -u)

# A section without its alert is read by nobody.
while read -r section; do
    grep -qxF "$section" <<<"$known" || fault "$runbooks: no alert is called $section"
done < <(sed -n 's/^## \(Freshet\w*\)$/\1/p' "$runbooks")

exit "$faults"
