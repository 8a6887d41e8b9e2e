/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PXOS_CLI_BIND_H
#define PXOS_CLI_BIND_H

struct arguments;
struct job;
struct job_array;
struct job_scalar;
struct program;

int job_bind(struct job *job, const struct program *program, struct arguments *arguments);
struct job_array *job_find_array(const struct job *job, const char *name);
struct job_scalar *job_find_scalar(const struct job *job, const char *name);
void job_deinit(struct job *job);

#endif
