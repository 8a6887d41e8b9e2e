// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where barriers may stand: what is accepted, and what is refused with the line of
 * the construct that parts the threads.
 */
#include "test-support.h"

struct row {
	const char *statements;
	uint32_t line; /* of the error, counted from the first statement; 0: accepted */
};

static const struct row rows[] = {
	{ "SYNC_THREADS", 0 },
	{ "IF n > 1:\nSYNC_THREADS\nENDIF", 0 },
	{ "BLOCK_ID → i\nIF i > 1:\nSYNC_THREADS\nELSE:\nSYNC_THREADS\nENDIF", 0 },
	{ "BLOCK_SIZE → i\nTHREAD_COUNT → j\nIF i > j:\nSYNC_THREADS\nENDIF", 0 },
	{ "LOOP n → i:\nSYNC_THREADS\nENDLOOP", 0 },
	{ "LOOP n → i:\nLOOP i → j:\nSYNC_THREADS\nENDLOOP\nENDLOOP", 0 },
	{ "THREAD_ID → t\nBLOCK_REDUCE MAX t → q\nLOOP q → i:\nSYNC_THREADS\nENDLOOP", 0 },
	{ "THREAD_ID → t\nIF t > 1:\nSET 1 → y\nENDIF\nSYNC_THREADS", 0 },
	/* a diverging BREAK's loop is behind us */
	{ "THREAD_ID → t\nLOOP n → i:\nIF t > i:\nBREAK\nENDIF\nENDLOOP\nSYNC_THREADS", 0 },
	{ "LOOP n → i:\nIF n > i:\nBREAK\nENDIF\nSYNC_THREADS\nENDLOOP", 0 },
	/* each source of divergence */
	{ "THREAD_ID → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	{ "LOCAL_ID → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	{ "LOAD a[0] → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	{ "LOAD s[0] → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	{ "ATOMIC_ADD a[0] 1 → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	{ "ATOMIC_CAS a[0] 1 2 → t\nIF t > 1:\nSYNC_THREADS\nENDIF", 3 },
	/* through registers, both sides of a comparison, each operand */
	{ "THREAD_ID → t\nADD 1 t → q\nMUL q 2 → r\nIF n < r:\nSYNC_THREADS\nENDIF", 5 },
	{ "THREAD_ID → t\nSELECT true 1 t → q\nCOMPARE n == n → true\nIF q > 1:\nSYNC_THREADS\n"
	  "ENDIF",
	  5 },
	{ "THREAD_ID → t\nCAST float t → q\nIF q > 1:\nBLOCK_REDUCE SUM q → r\nENDIF", 4 },
	/* ELSE and the nest below it */
	{ "THREAD_ID → t\nIF t > 1:\nSET 1 → q\nELSE:\nSYNC_THREADS\nENDIF", 5 },
	{ "THREAD_ID → t\nIF t > 1:\nELSE:\nLOOP n → i:\nIF n > 1:\nSYNC_THREADS\nENDIF\nENDLOOP\n"
	  "ENDIF",
	  6 },
	/* assigned where threads part */
	{ "THREAD_ID → t\nIF t > 1:\nSET 1 → q\nENDIF\nIF q > 0:\nSYNC_THREADS\nENDIF", 6 },
	{ "THREAD_ID → t\nIF t > 1:\nELSE:\nSET 1 → q\nENDIF\nIF q > 0:\nSYNC_THREADS\nENDIF", 7 },
	{ "THREAD_ID → t\nLOOP t → i:\nENDLOOP\nIF i > 0:\nSYNC_THREADS\nENDIF", 5 },
	/* assigned further down in the loop */
	{ "THREAD_ID → t\nLOOP n → i:\nIF q > 0:\nSYNC_THREADS\nENDIF\nSET t → q\nENDLOOP", 4 },
	/* BREAK: inside, before it and behind it, and what the loop assigns */
	{ "THREAD_ID → t\nLOOP n → i:\nSYNC_THREADS\nIF t > i:\nBREAK\nENDIF\nENDLOOP", 3 },
	{ "THREAD_ID → t\nLOOP n → i:\nIF t > i:\nBREAK\nENDIF\nSYNC_THREADS\nENDLOOP", 6 },
	{ "THREAD_ID → t\nLOOP n → i:\nIF t > i:\nBREAK\nENDIF\nADD q 1 → q\nENDLOOP\nIF q > 1:\n"
	  "SYNC_THREADS\nENDIF",
	  9 },
	/* out of two IFs, only the outer of which parts */
	{ "THREAD_ID → t\nLOOP n → i:\nIF t > 1:\nIF n > 1:\nBREAK\nENDIF\nENDIF\nSYNC_THREADS\n"
	  "ENDLOOP",
	  8 },
	/* an inner loop's BREAK leaves the outer one alone */
	{ "THREAD_ID → t\nLOOP n → i:\nLOOP n → j:\nIF t > 1:\nBREAK\nENDIF\nENDLOOP\nSYNC_THREADS\n"
	  "ENDLOOP",
	  0 },
	{ "THREAD_ID → t\nLOOP n → i:\nLOOP n → j:\nIF t > 1:\nBREAK\nENDIF\nENDLOOP\nIF j > 1:\n"
	  "BREAK\nENDIF\nSYNC_THREADS\nENDLOOP",
	  11 },
};

static void check(const struct row *row)
{
	struct pxos_program *program = compile_statements(row->statements, 0);
	const struct pxos_diagnostic *d = find_rule(program, "divergent-barrier");
	uint32_t line = d ? d->line - FIRST_LINE + 1 : 0;

	if (line != row->line || program->n_errors != (row->line > 0)) {
		fprintf(stderr, "%s\nrefused in line %u, not %u (%u errors)\n", row->statements,
			line, row->line, program->n_errors);
		abort();
	}
	pxos_program_free(program);
}

/* A chain of registers that turns divergent from its end, again and again. */
static void test_chain(void)
{
	static char text[60000];
	size_t length = 0;

	length += (size_t)sprintf(text, "LOOP n → i:\nIF r0 > 1:\nSYNC_THREADS\nENDIF\n");
	for (int i = 0; i < 2000; i++)
		length += (size_t)sprintf(text + length, "SET r%d → r%d\n", i + 1, i);
	sprintf(text + length, "THREAD_ID → r2000\nENDLOOP");
	check(&(struct row){ text, 3 });
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
	test_chain();
	return 0;
}
