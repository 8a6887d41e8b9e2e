/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_GPUS_H
#define PXOS_CLI_GPUS_H

#include <stdbool.h>

int gpus_show(bool json);

#endif
