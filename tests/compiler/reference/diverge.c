// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diverge.c - SYNC_THREADS and BLOCK_REDUCE only where the whole block comes by.
 *
 * A register diverges if any of its assignments may differ from thread to
 * thread: by its operands, by the control flow around it, or because the loop
 * it stands in is left by a diverging BREAK. Those rules feed each other, so
 * they are applied until nothing changes.
 */
#include "program.h"

#include <stdlib.h>

static bool operand_diverges(const struct ref_kernel *kernel, const struct ref_operand *operand)
{
	return operand->kind == REF_OPERAND_REGISTER && kernel->registers[operand->index].diverges;
}

static bool operands_diverge(const struct ref_kernel *kernel, const struct ref_statement *statement)
{
	int i;

	for (i = 0; i < statement->n_operands; i++)
		if (operand_diverges(kernel, &statement->operands[i]))
			return true;
	return false;
}

static bool value_diverges(const struct ref_kernel *kernel, const struct ref_statement *statement)
{
	switch (statement->op) {
	case REF_OP_THREAD_ID:
	case REF_OP_LOCAL_ID:
	case REF_OP_LOAD:
	case REF_OP_ATOMIC_ADD:
	case REF_OP_ATOMIC_MIN:
	case REF_OP_ATOMIC_MAX:
	case REF_OP_ATOMIC_EXCH:
	case REF_OP_ATOMIC_CAS:
		return true;
	case REF_OP_BLOCK_REDUCE:
		return false;
	default:
		return operands_diverge(kernel, statement);
	}
}

/* Is there a loop in @open whose threads leave it at different times? */
static bool flow_diverges(const struct ref_kernel *kernel, const int *open, int n_open,
			  const bool *breaks)
{
	int i;

	for (i = 0; i < n_open; i++)
		if (operands_diverge(kernel, &kernel->statements[open[i]]) || breaks[open[i]])
			return true;
	return false;
}

/*
 * One walk over the kernel. @breaks marks LOOPs that are left by a diverging
 * BREAK. With @parser, barriers in diverging flow are refused.
 */
static bool walk(struct ref_parser *parser, struct ref_kernel *kernel, bool *breaks, bool *changed)
{
	int open[PXOS_NESTING_MAX], n_open = 0, i;

	for (i = 0; i < kernel->n_statements; i++) {
		const struct ref_statement *statement = &kernel->statements[i];
		bool diverges;

		if (statement->op == REF_OP_IF || statement->op == REF_OP_LOOP)
			open[n_open++] = i;
		if (statement->op == REF_OP_ENDIF || statement->op == REF_OP_ENDLOOP)
			n_open--;
		diverges = flow_diverges(kernel, open, n_open, breaks);
		if (statement->op == REF_OP_BREAK && diverges) {
			int loop = kernel->statements[statement->other].other;

			*changed |= !breaks[loop];
			breaks[loop] = true;
		}
		if (statement->result != REF_NO_INDEX &&
		    !kernel->registers[statement->result].diverges &&
		    (diverges || value_diverges(kernel, statement))) {
			kernel->registers[statement->result].diverges = true;
			*changed = true;
		}
		if (parser && diverges &&
		    (statement->op == REF_OP_SYNC_THREADS || statement->op == REF_OP_BLOCK_REDUCE))
			return ref_fail(parser, statement->line, statement->column,
					"not all threads of the block may come here");
	}
	return true;
}

bool ref_diverge_check(struct ref_parser *parser, struct ref_kernel *kernel)
{
	bool *breaks = calloc((size_t)kernel->n_statements + 1, sizeof(*breaks));
	bool changed, is_good;

	do {
		changed = false;
		walk(NULL, kernel, breaks, &changed);
	} while (changed);
	is_good = walk(parser, kernel, breaks, &changed);
	free(breaks);
	return is_good;
}
