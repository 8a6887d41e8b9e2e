// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What libFuzzer calls. One binary a target: fuzz.mk says which by FUZZ_TARGET.
 * In the ordinary builds this file is empty; there replay.c runs the targets.
 */
#ifdef FUZZ_TARGET
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return FUZZ_TARGET(data, size);
}
#else
typedef int fuzz_entry_is_empty;
#endif
