#!/usr/bin/env bash
# No lambda that captures is a coroutine: its captures die with the lambda, often before the coroutine's first resume.
# Pass what it needs as parameters, by value. A lambda coroutine must write its return type, so the text tells.
# Tests may: there the lambda is a local variable that outlives the loop it runs on.
set -euo pipefail

export LAMBDA='\[[^\[\]]+\]\s*\([^()]*\)\s*(?:mutable\s*|noexcept\s*)*->\s*(?:[\w:]*::)?(?:awaitable|Task)\s*<'

# shellcheck disable=SC2016  # the program is perl's
found=$(find daemon include -name '*.?pp' -print0 | sort -z |
    xargs -0 -r perl -0777 -ne '
        while (/$ENV{LAMBDA}/g) {
            my $line = 1 + (substr($_, 0, $-[0]) =~ tr/\n//);
            print "$ARGV:$line: a coroutine lambda must not capture\n";
        }')
[[ -z $found ]] || { printf '%s\n' "$found"; exit 1; }

# g++ 12 compiles a negated co_await in a condition into a trap. Name the result first.
found=$(grep -rnE '(if|while) \(.*!co_await' daemon include | grep -vE ':[[:space:]]*//' || true)
[[ -z $found ]] || { printf '%s\n%s\n' "$found" 'name the result of co_await before it is negated in a condition'; exit 1; }

# Nor does it know which branch of ?: a co_await made a value in: it is destroyed twice. Write an if.
found=$(grep -rnE '(\?|^ +:)[[:space:]]*co_await' daemon include | grep -vE ':[[:space:]]*//' || true)
[[ -z $found ]] || { printf '%s\n%s\n' "$found" 'write an if in place of co_await in a branch of ?:'; exit 1; }
