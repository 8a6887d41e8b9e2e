// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The typing rules, one a row: statements, and what type register r gets of them
 * or which rule they break.
 */
#include "test-support.h"

/* All rows begin with these. */
#define START                                                                                       \
	"THREAD_ID → t\nLOAD f[t] → y\nLOAD u[t] → v\nLOAD b[t] → w\nCOMPARE t < 1 → p\n" \
	"BLOCK_ID → i\n"

struct row {
	const char *statements;
	const char *type; /* of r, or the name of the rule */
};

static const struct row rows[] = {
	/* where values come from */
	{ "THREAD_ID → r", "int" },
	{ "LOAD a[t] → r", "int" },
	{ "LOAD f[t] → r", "float" },
	{ "LOAD u[t] → r", "uint" },
	{ "LOAD b[t] → r", "int" },
	{ "LOAD s[t] → r", "int" },
	{ "SET n → r", "int" },
	{ "SET m → r", "uint" },
	{ "SET x → r", "float" },
	{ "SET c → r", "int" },
	{ "LOOP 3 → r:\nENDLOOP", "int" },
	{ "LOOP m → r:\nENDLOOP", "int" },
	{ "ATOMIC_ADD u[0] t → r", "uint" },
	{ "ATOMIC_ADD f[0] t → r", "float" },
	{ "BLOCK_REDUCE SUM v → r", "uint" },
	{ "BLOCK_REDUCE MIN y → r", "float" },
	{ "BLOCK_REDUCE MIN p → r", "operand-type" },
	/* literals alone, and beside others */
	{ "SET 5 → r", "int" },
	{ "SET -5 → r", "int" },
	{ "SET 5u → r", "uint" },
	{ "SET 2147483647 → r", "int" },
	{ "SET 2147483648 → r", "uint" },
	{ "SET 5.0 → r", "float" },
	{ "ADD 1 2 → r", "int" },
	{ "ADD 1 4294967295 → r", "uint" },
	{ "ADD t 4294967295 → r", "int" },
	{ "ADD v -1 → r", "uint" },
	{ "ADD y 1 → r", "float" },
	{ "ADD t 1.0 → r", "float" },
	{ "ADD 1 2u → r", "uint" },
	{ "SET 2.0 → r\nSET 7 → r", "float" },
	{ "SET m → r\nSET -7 → r", "uint" },
	{ "SET t → r\nSET 7.0 → r", "register-type" },
	{ "SET m → r\nSET t → r", "register-type" },
	/* a literal takes the other's type */
	{ "MUL 3 t → r", "int" },
	{ "MUL 3 v → r", "uint" },
	{ "MUL 3 y → r", "float" },
	/* two types meet */
	{ "ADD t v → r", "uint" },
	{ "ADD v t → r", "uint" },
	{ "ADD t y → r", "float" },
	{ "ADD v y → r", "float" },
	{ "ADD w c → r", "int" },
	{ "ADD p 1 → r", "operand-type" },
	{ "ADD p p → r", "operand-type" },
	{ "POW t y → r", "float" },
	{ "POW t t → r", "int" },
	{ "MIN p t → r", "operand-type" },
	{ "FMA t t v → r", "uint" },
	{ "FMA v t y → r", "float" },
	{ "FMA 1 2 3 → r", "int" },
	{ "FMA p 1 2 → r", "operand-type" },
	/* unary */
	{ "NEG v → r", "uint" },
	{ "ABS t → r", "int" },
	{ "NEG p → r", "operand-type" },
	{ "SQRT t → r", "float" },
	{ "FLOOR 3 → r", "float" },
	{ "ROUND p → r", "operand-type" },
	{ "NOT p → r", "bool" },
	{ "NOT v → r", "uint" },
	{ "NOT y → r", "operand-type" },
	{ "SET p → r", "bool" },
	/* logic and shifts */
	{ "AND p p → r", "bool" },
	{ "AND t v → r", "uint" },
	{ "XOR t 1.0 → r", "operand-type" },
	{ "OR p 1 → r", "operand-type" },
	{ "SHL t v → r", "int" },
	{ "SHL v t → r", "uint" },
	{ "SHL 1 t → r", "int" },
	{ "SHL 1 v → r", "uint" },
	{ "SHL 1u t → r", "int" },
	{ "SHL 1 2 → r", "int" },
	{ "SHL y 1 → r", "operand-type" },
	{ "SHR t y → r", "operand-type" },
	{ "SHR t p → r", "operand-type" },
	{ "SHR 1 p → r", "operand-type" },
	/* casts, comparisons, selections */
	{ "CAST int y → r", "int" },
	{ "CAST U32 p → r", "uint" },
	{ "CAST char y → r", "int" },
	{ "CAST float 3 → r", "float" },
	{ "CAST bool y → r", "bool" },
	{ "COMPARE t < y → r", "bool" },
	{ "COMPARE p == p → r", "bool" },
	{ "COMPARE p < p → r", "operand-type" },
	{ "COMPARE p == 1 → r", "operand-type" },
	{ "SELECT p t y → r", "float" },
	{ "SELECT p p p → r", "bool" },
	{ "SELECT p 1 4294967295 → r", "uint" },
	{ "SELECT p p t → r", "operand-type" },
	{ "SELECT t 1 2 → r", "condition-type" },
	{ "SELECT 1.5 1 2 → r", "condition-type" },
	{ "IF t:\nENDIF", "condition-type" },
	{ "IF p:\nSET 1 → r\nENDIF", "int" },
	{ "IF t < y:\nSET 1 → r\nENDIF", "int" },
	{ "LOOP y → r:\nENDLOOP", "operand-type" },
	{ "LOOP p → r:\nENDLOOP", "operand-type" },
	{ "SET 1.5 → r\nLOOP 3 → r:\nENDLOOP", "register-type" },
	/* indices */
	{ "LOAD a[t + v * 2] → r", "int" },
	{ "LOAD a[y] → r", "index-type" },
	{ "LOAD a[t + 1.5] → r", "index-type" },
	{ "LOAD a[p] → r", "index-type" },
	{ "LOAD a[-x] → r", "index-type" },
	/* stores and atomics */
	{ "STORE y → a[t]", "store-type" },
	{ "STORE 1.0 → s[t]", "store-type" },
	{ "STORE y → b[t]", "store-type" },
	{ "STORE p → a[t]", "store-type" },
	{ "STORE p → out[t]", "store-type" },
	{ "STORE t → out[t]\nSTORE v → out[t]\nSET 0 → r", "int" },
	{ "STORE v → out[t]\nSTORE y → out[t]", "store-type" },
	{ "STORE t → f[t]\nSTORE v → a[t]\nSTORE t → u[t]\nSTORE t → b[t]\nSET 0 → r", "int" },
	{ "ATOMIC_ADD a[0] y", "operand-type" },
	{ "ATOMIC_ADD a[0] p", "operand-type" },
	{ "ATOMIC_ADD b[0] 1", "atomic-type" },
	{ "ATOMIC_MAX f[0] 1", "atomic-type" },
	{ "ATOMIC_CAS f[0] 1 2 → r", "atomic-type" },
	{ "ATOMIC_CAS a[0] 1 y → r", "operand-type" },
	{ "ATOMIC_CAS s[0] v 2 → r", "int" },
	/* registers read before they are assigned */
	{ "LOOP 3 → j:\nADD r y → r\nENDLOOP", "float" },
	{ "LOOP 3 → j:\nADD q 1 → r\nSET 2.0 → q\nENDLOOP", "register-type" },
	{ "LOOP 3 → j:\nADD q 1 → r\nSET 2 → q\nENDLOOP", "int" },
	{ "IF q:\nSET 1 → r\nENDIF\nSET p → q", "int" },
	{ "ADD r q → r", "unknown-register" },
	{ "SET never → r", "unknown-register" },
	{ "SET r → r", "int" },
};

static void check(const struct row *row)
{
	char text[1024];
	struct pxos_program *program;
	const char *found = "nothing";

	snprintf(text, sizeof(text), START "%s", row->statements);
	program = compile_statements(text, 0);
	if (program->n_errors) {
		found = program->diagnostics[0].rule;
		assert(program->n_errors == 1);
	}
	for (uint32_t i = 0; i < program->n_registers; i++)
		if (!strcmp(program->registers[i].name, "r"))
			found = pxos_type_name(program->registers[i].type);
	if (strcmp(found, row->type) != 0) {
		fprintf(stderr, "%s\ngives %s, not %s\n", row->statements, found, row->type);
		abort();
	}
	pxos_program_free(program);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
	return 0;
}
