/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_COMPILER_DECLARE_H
#define PXOS_COMPILER_DECLARE_H

#include "line.h"

/* What stands behind GPU_PARAM and GPU_SHARED. */
void declare_param(struct line *line);
void declare_shared(struct line *line);

#endif
