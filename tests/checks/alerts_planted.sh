#!/usr/bin/env bash
# What alerts.sh does not find when it is there, its silence says nothing about: faults are planted into a copy of the
# shipped files, and alerts.sh must fail and name each. Skipped without promtool and amtool.
set -euo pipefail

skipped=77
for tool in promtool amtool; do
    command -v "$tool" >/dev/null || { echo "alerts_planted: $tool is not installed"; exit "$skipped"; }
done

copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT
root=$PWD
faults=0
names=()
alerts=config/prometheus/freshet.alerts.yml
rules=config/prometheus/freshet.rules.yml
routes=config/alertmanager/alertmanager.yml
fleet=config/grafana/dashboards/freshet-fleet.json

fault() {
    printf 'alerts_planted: %s\n' "$1"
    faults=1
}

fresh_copy() {
    rm -rf -- "${copy:?}"/*
    mkdir "$copy/docs"
    cp -r "$root/config" "$copy/"
    cp "$root/docs/metrics.md" "$root/docs/runbooks.md" "$copy/docs/"
    names=()
}

# planted FILE SED-SCRIPT NAME: changes the file in the copy, so that the check has to say NAME.
planted() {
    local before
    before=$(cksum <"$copy/$1")
    sed -i -E "$2" "$copy/$1"
    [[ $before != $(cksum <"$copy/$1") ]] || fault "'$2' changes nothing in $1"
    names+=("$3")
}

must_be_found() {
    local said status=0 name
    said=$(cd -- "$copy" && bash "$root/tests/checks/alerts.sh" 2>&1) || status=$?
    ((status == 1)) || fault "alerts.sh ended with $status and not with 1"
    for name in "${names[@]}"; do
        grep -qF -- "$name" <<<"$said" || fault "nothing of '$name' in: $said"
    done
}

# Expressions that are none.
fresh_copy
planted "$alerts" 's/max without \(instance\) \(freshet_changelog_bytes\)/max without instance) (freshet_changelog_bytes)/' \
    '"FreshetChangeLogNearLimit": could not parse expression'
planted "$rules" 's/avg_over_time\(freshet:view_fresh:bool\[5m\]\)/avg_over_time(freshet:view_fresh:bool)/' \
    '"freshet:view_stale:ratio_5m": could not parse expression'
must_be_found

fresh_copy
# An expression that parses and is wrong.
planted "$alerts" 's/consecutive_failures\) >= 2/consecutive_failures) <= 2/' 'alertname: FreshetRefreshFailing'
# A metric that does not exist: in an alert, in a dashboard.
planted "$alerts" 's/freshet_changelog_bytes/freshet_change_log_bytes/' \
    "$alerts: docs/metrics.md has no metric freshet_change_log_bytes"
planted "$fleet" 's/freshet_pending_changes/freshet_changes_pending/' \
    "$fleet: docs/metrics.md has no metric freshet_changes_pending"
# An alert that nobody tested or documented.
planted "$alerts" 's/alert: FreshetNoLeader/alert: FreshetNobodyLeads/' 'FreshetNobodyLeads: no test sees it fire'
names+=('FreshetNobodyLeads: no test sees it not fire' "FreshetNobodyLeads: docs/runbooks.md has no section"
    'FreshetNobodyLeads: its runbook_url' 'docs/runbooks.md: no alert is called FreshetNoLeader')
planted "$alerts" 's/summary: .alerting works./title: works/' "FreshetWatchdog: has 'for:description:'"
planted docs/runbooks.md '/^## FreshetConfigRefused/,/^## /s/^\*\*Cure\.\*\*/And then:/' 'FreshetConfigRefused: its runbook'
# Routes: a severity that goes nowhere, a page that reaches no pager, an inhibition that silences nothing.
planted "$alerts" '0,/severity: page/s//severity: pager/' "severity 'pager' is none of"
planted "$routes" "s/severity = page'\]/severity = paging']/" 'FreshetDaemonDown severity=page'
planted "$routes" 's/"FreshetDaemonDown\|/"FreshetDeamonDown|/' "$routes: no alert is called FreshetDeamonDown"
must_be_found

exit "$faults"
