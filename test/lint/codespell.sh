#!/bin/bash
# SPDX-License-Identifier: ISC
# No common misspelling in any file.
. "$(dirname "$0")/common.bash"

tree_files | grep -vE '^test/(fuzz/corpus|golden)/' |
	silent xargs codespell -I test/lint/codespell-words
