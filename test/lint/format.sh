#!/bin/bash
# SPDX-License-Identifier: ISC
#
# clang-format has nothing to change. `make format` makes it so.

. "$(dirname "$0")/common.bash"

c_files | silent xargs clang-format --dry-run -Werror --ferror-limit=1
