#!/bin/bash
# SPDX-License-Identifier: ISC
#
# The manual pages are sound mdoc.

. "$(dirname "$0")/common.bash"

pages=$(tree_files 'man/*.[157]')
[[ -n $pages ]] || { echo "man/: no pages"; exit 1; }
# shellcheck disable=SC2086 # words
silent mandoc -Tlint -W style $pages
