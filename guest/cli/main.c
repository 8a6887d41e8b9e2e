/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pxos-gpu - run primitives on a GPU, and look at them.
 *
 * The command line is a thin front: one file for each command (cmd-*.c), options
 * from a table (options.c), and behind them
 *
 *	program.c     text in, compiled program or diagnostics out
 *	value.c …     what a user gives as an argument
 *	bind.c        arguments to parameters, by name
 *	backend.h     where a bound program runs; today the GPUs of this machine
 *	output.c …    what comes back, for people, for programs, into files
 *
 * Standard output carries what was asked for, standard error all else. The exit
 * status is 0, 1 (the program is wrong, or running it failed) or 2 (the command
 * line is wrong). Results that cannot be written completely are a failure.
 */
#include "guest/cli/cli.h"
#include "guest/cli/gpus.h"
#include "guest/cli/options.h"

#include "common/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&command_run,
	&command_compile,
	&command_explain,
};

#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

enum main_option {
	MAIN_HELP,
	MAIN_VERSION,
	MAIN_LIST_GPUS,
	MAIN_JSON,
	_MAIN_N,
};

static const struct option main_options[_MAIN_N] = {
	[MAIN_HELP] = { 'h', "help", NULL, "show this, or with a command its own help" },
	[MAIN_VERSION] = { 'V', "version", NULL, "show the version" },
	[MAIN_LIST_GPUS] = { 'l', "list-gpus", NULL, "show the GPUs there are" },
	[MAIN_JSON] = { 0, "json", NULL, "show them as JSON" },
};

static void help_main(void)
{
	printf("usage: pxos-gpu COMMAND [OPTION …]\n"
	       "\n"
	       "Run data-parallel primitives on a GPU through Vulkan.\n"
	       "\n"
	       "commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-32s %s\n", commands[i]->name, commands[i]->summary);
	printf("  %-32s %s\n", "help [COMMAND]", "show help");
	printf("\noptions:\n");
	options_print(stdout, main_options, _MAIN_N);
	printf("\n"
	       "exit status: 0 done; 1 the program is wrong or running it failed; 2 wrong command line\n"
	       "\n"
	       "pxos-gpu(1) says more, pxos-primitive(7) is the language.\n");
}

static void help_command(const struct command *command)
{
	printf("usage: pxos-gpu %s %s\n\n%s.\n\noptions:\n", command->name, command->synopsis,
	       command->summary);
	options_print(stdout, command->options, command->n_options);
	if (command->details)
		printf("\n%s", command->details);
}

static const struct command *command_find(const char *name)
{
	struct nearest nearest;

	nearest_init(&nearest, name, strlen(name));
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		nearest_try(&nearest, commands[i]->name);
	}
	if (nearest.best)
		error_line("no command '%s'; did you mean %s?", name, nearest.best);
	else
		error_line("no command '%s'; see pxos-gpu --help", name);
	return NULL;
}

static int help(int argc, char **argv)
{
	const struct command *command;

	if (argc > 1)
		return usage_say("help takes one command");
	if (argc == 0) {
		help_main();
		return 0;
	}
	command = command_find(argv[0]);
	if (!command)
		return CLI_E_USAGE;
	help_command(command);
	return 0;
}

/* --help anywhere before a -- is a question about the command, whatever else stands there. */
static bool asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* Options without a command: questions about the program itself. */
static int answer(int argc, char **argv)
{
	bool list_gpus = false, json = false;
	struct options options;

	options_init(&options, NULL, main_options, _MAIN_N, argc, argv);
	for (;;) {
		switch (options_next(&options)) {
		case MAIN_HELP:
			return help(argc - (int)options.next, argv + options.next);
		case MAIN_VERSION:
			printf("pxos-gpu %s\n", PXOS_VERSION);
			return 0;
		case MAIN_LIST_GPUS:
			list_gpus = true;
			break;
		case MAIN_JSON:
			json = true;
			break;
		case OPTIONS_END:
			return list_gpus ? gpus_show(json)
					 : usage_say("no command; see pxos-gpu --help");
		case OPTIONS_OPERAND:
			return usage_say("options of a command stand behind it: pxos-gpu %s …",
					 options.value);
		default:
			return CLI_E_USAGE;
		}
	}
}

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 1 || argv[0][0] == '-')
		return answer(argc, argv);
	if (strcmp(argv[0], "help") == 0)
		return help(argc - 1, argv + 1);

	command = command_find(argv[0]);
	if (!command)
		return CLI_E_USAGE;
	if (asks_for_help(argc - 1, argv + 1)) {
		help_command(command);
		return 0;
	}
	return command->run(command, argc - 1, argv + 1);
}

/*
 * A standard stream that the caller closed would be handed out again as some
 * file or GPU, and our text would go into that. Such a stream is opened so that
 * using it fails.
 */
static void hold_standard_streams(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			_exit(CLI_E_SAID);
}

int main(int argc, char **argv)
{
	int r;

	hold_standard_streams();
	r = run(argc - 1, argv + 1);
	if (r == -ENOMEM)
		r = error_say("out of memory; smaller arrays need less");
	else if (r < 0)
		r = error_say_errno(r, "unexpected failure");

	if ((fflush(stdout) != 0 || ferror(stdout)) && r == 0)
		r = error_say_errno(errno ? errno : EIO, "cannot write to standard output");
	return r;
}
