/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules a program can break, by the names that diagnostics carry and the
 * golden tests in tests/compiler/rules are called after. A stable list: append.
 */
#ifndef PXOS_COMPILER_RULES_H
#define PXOS_COMPILER_RULES_H

#define COMPILER_RULES(RULE)                               \
	RULE(PROGRAM_TOO_LONG, "program-too-long")         \
	RULE(UNEXPECTED_CHARACTER, "unexpected-character") \
	RULE(BAD_NUMBER, "bad-number")                     \
	RULE(NUMBER_RANGE, "number-range")                 \
	RULE(NAME_TOO_LONG, "name-too-long")               \
	RULE(EXPECTED, "expected")                         \
	RULE(TRAILING, "trailing-text")                    \
	RULE(UNKNOWN_DIRECTIVE, "unknown-directive")       \
	RULE(UNKNOWN_OPERATION, "unknown-operation")       \
	RULE(UNKNOWN_TYPE, "unknown-type")                 \
	RULE(UNKNOWN_HINT, "unknown-hint")                 \
	RULE(UNKNOWN_KERNEL, "unknown-kernel")             \
	RULE(UNKNOWN_REGISTER, "unknown-register")         \
	RULE(UNKNOWN_ARRAY, "unknown-array")               \
	RULE(DUPLICATE_NAME, "duplicate-name")             \
	RULE(MISPLACED, "misplaced")                       \
	RULE(MISSING_END, "missing-end")                   \
	RULE(MISSING_KERNEL, "missing-kernel")             \
	RULE(MISSING_THREAD_CODE, "missing-thread-code")   \
	RULE(MISSING_LAUNCH, "missing-launch")             \
	RULE(TOO_MANY, "too-many")                         \
	RULE(TOO_DEEP, "too-deep")                         \
	RULE(UNBALANCED, "unbalanced")                     \
	RULE(IF_CLOSED, "if-closed-at-end")                \
	RULE(UNREACHABLE, "unreachable")                   \
	RULE(ASSIGN_PARAMETER, "assign-to-parameter")      \
	RULE(REGISTER_TYPE, "register-type")               \
	RULE(OPERAND_TYPE, "operand-type")                 \
	RULE(INDEX_TYPE, "index-type")                     \
	RULE(STORE_TYPE, "store-type")                     \
	RULE(CONDITION_TYPE, "condition-type")             \
	RULE(ATOMIC_TYPE, "atomic-type")                   \
	RULE(PARAMETER_TYPE, "parameter-type")             \
	RULE(IMPLICIT_OUTPUT, "implicit-output")           \
	RULE(DIVERGENT_BARRIER, "divergent-barrier")       \
	RULE(MATMUL_FORM, "matmul-form")                   \
	RULE(SHARED_SIZE, "shared-size")                   \
	RULE(LAUNCH_SIZE, "launch-size")

enum rule {
#define RULE(id, name) RULE_##id,
	COMPILER_RULES(RULE)
#undef RULE
	_RULE_N
};

#endif
