# SPDX-License-Identifier: GPL-2.0-or-later
#
# The compiler's tests, beyond what tests/run.py finds. Included by the Makefile.
#
#   make coverage                             lines of daemon/compiler that its tests reach
#   tests/compiler/test-pairs.sh --update     write golden pairs anew, and show what changed

coverage:
	tests/compiler/coverage.sh

.PHONY: coverage
