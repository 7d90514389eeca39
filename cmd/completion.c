/* SPDX-License-Identifier: ISC */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/options.h"

/* What the words of a command are, by what its synopsis calls them. */
static const struct {
	const char *mark;
	const char *kind;
} kinds[] = {
	{ "-- COMMAND", "program" }, /* anything that can be executed */
	{ "[COMMAND]", "command" },  /* of this program */
	{ "SIGNAL NAME", "signal" }, /* first a signal, then children */
	{ "ready|", "state" },       /* first a state, then children */
	{ "SUPERVISOR", "child" },
	{ "NAME", "child" },
};

/* Names of the children of the tree that is meant. */
#define CHILDREN "status 2>/dev/null | sed '1d; s/ .*//'"

/* Labels of what is running. */
#define LABELS "supervise list 2>/dev/null | sed '1d; s/ .*//'"

#define FISH_LABELS "supervise list 2>/dev/null | sed \"1d; s/ .*//\""

/* Most options of one command, as text. */
#define OPTIONS_SIZE 128

static const char *
kind_of(const struct command *command)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strstr(command->synopsis, kinds[i].mark) != NULL)
			return kinds[i].kind;
	return "none";
}

/* The options of a synopsis, each with a blank behind it. */
static const char *
options_of(const struct command *command, char text[static OPTIONS_SIZE])
{
	const char *at = command->synopsis;
	size_t len = 0;

	while ((at = strstr(at, "[-")) != NULL) {
		size_t n = strcspn(++at, " ]");

		if (len + n + 2 > OPTIONS_SIZE)
			break;
		memcpy(text + len, at, n);
		len += n;
		text[len++] = ' ';
	}
	text[len] = '\0';
	return text;
}

static void
print_names(void)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("%s ", c->name);
}

/* The global options that say which file or supervisor a command means. */
static const char *
where_of(const struct command *command)
{
	switch (command->where) {
	case WHERE_NONE:
		break;
	case WHERE_FILE:
		return "-f ";
	case WHERE_SOCKET:
		return "-L -S ";
	case WHERE_ANY:
		return "-f -L -S ";
	}
	return "";
}

/* What bash and zsh have in common: options and kind of each command. */
static void
print_cases(void)
{
	char options[OPTIONS_SIZE];

	puts("\tcase $command in");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("\t(%s) options='%s%s' kind=%s ;;\n", c->name,
		    options_of(c, options), where_of(c), kind_of(c));
	puts("\tesac");
}

static void
print_bash(void)
{
	puts("# supervise(1): made by `supervise help --completion bash`.\n"
	     "_supervise() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	     "prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	     "\tlocal command='' options='-f -L -S' kind='' n=0 i words=''\n"
	     "\tlocal -a where=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tcase ${COMP_WORDS[i]} in\n"
	     "\t\t-f | --file | -L | --label | -S | --socket)\n"
	     "\t\t\twhere+=(\"${COMP_WORDS[i]}\" \"${COMP_WORDS[i + 1]}\")\n"
	     "\t\t\t((i++)) ;;\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) if [[ -z $command ]]; then command=${COMP_WORDS[i]}; "
	     "else ((n++)); fi ;;\n"
	     "\t\tesac\n"
	     "\tdone");
	print_cases();
	puts("\tcase $prev in\n"
	     "\t-f | --file | -S | --socket) kind='file' ;;\n"
	     "\t-L | --label) kind=label ;;\n"
	     "\t--log-format) kind=format ;;\n"
	     "\t*) if [[ $cur == -* ]]; then kind=option; "
	     "elif [[ -z $command ]]; then kind='command'; fi ;;\n"
	     "\tesac\n"
	     "\t[[ $kind$n == signal[!0]* || $kind$n == state[!0]* ]] && "
	     "kind=child\n"
	     "\tcase $kind in");
	printf("\tcommand) words='");
	print_names();
	puts("' ;;\n"
	     "\toption) words=\"$options --help\" ;;\n"
	     "\tformat) words='text json' ;;\n"
	     "\tlabel) words=$(" LABELS ") ;;\n"
	     "\tsignal) words=$(compgen -A signal SIG); "
	     "words=${words//SIG} ;;\n"
	     "\tstate) words='ready up down quiet' ;;\n"
	     "\tchild) words=$(supervise \"${where[@]}\" " CHILDREN ") ;;\n"
	     "\tprogram) mapfile -t COMPREPLY < <(compgen -c -- \"$cur\"); "
	     "return ;;\n"
	     "\tfile) compopt -o filenames\n"
	     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
	     "\tesac\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	     "}\n"
	     "complete -F _supervise supervise");
}

static void
print_zsh(void)
{
	puts("#compdef supervise\n"
	     "# supervise(1): made by `supervise help --completion zsh`.\n"
	     "local command options='-f -L -S' kind i\n"
	     "local -i n\n"
	     "local -a where all\n"
	     "all=(");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("\t'%s:%s'\n", c->name, c->summary);
	puts(")\n"
	     "for ((i = 2; i < CURRENT; i++)); do\n"
	     "\tcase $words[i] in\n"
	     "\t(-f|--file|-L|--label|-S|--socket)\n"
	     "\t\twhere+=($words[i] ${(Q)words[i+1]})\n"
	     "\t\t((i++)) ;;\n"
	     "\t(-*) ;;\n"
	     "\t(*) if [[ -z $command ]]; then command=$words[i]; "
	     "else ((n++)); fi ;;\n"
	     "\tesac\n"
	     "done");
	print_cases();
	puts("case $words[CURRENT-1] in\n"
	     "(-f|--file|-S|--socket) kind=file ;;\n"
	     "(-L|--label) kind=label ;;\n"
	     "(--log-format) kind=format ;;\n"
	     "(*) if [[ $PREFIX == -* ]]; then kind=option; "
	     "elif [[ -z $command ]]; then kind=command; fi ;;\n"
	     "esac\n"
	     "[[ $kind == (signal|state) ]] && ((n > 0)) && kind=child\n"
	     "case $kind in\n"
	     "(command) _describe command all ;;\n"
	     "(option) compadd -- ${=options} --help ;;\n"
	     "(format) compadd text json ;;\n"
	     "(label) compadd -- ${(f)\"$(" LABELS ")\"} ;;\n"
	     "(signal) compadd -- $signals[2,-3] ;;\n"
	     "(state) compadd ready up down quiet ;;\n"
	     "(child) compadd -- ${(f)\"$(supervise $where " CHILDREN
	     ")\"} ;;\n"
	     "(program) _command_names -e ;;\n"
	     "(file) _files ;;\n"
	     "esac");
}

/* The words of a command in fish; NULL: it has none. */
static const char *
fish_words(const char *kind)
{
	static const struct {
		const char *kind;
		const char *words;
	} all[] = {
		{ "child", "(__supervise_children)" },
		{ "signal",
		    "HUP INT QUIT KILL USR1 USR2 TERM CONT STOP "
		    "(__supervise_children)" },
		{ "state", "ready up down quiet (__supervise_children)" },
		{ "program", "(__fish_complete_command)" },
		{ "command", "(supervise help --commands)" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(kind, all[i].kind) == 0)
			return all[i].words;
	return NULL;
}

static void
print_fish_command(const struct command *command)
{
	const char *words = fish_words(kind_of(command));
	char options[OPTIONS_SIZE], *option, *rest = options;

	printf("complete -c supervise -n '__supervise_in' -a %s -d '%s'\n",
	    command->name, command->summary);
	options_of(command, options);
	while ((option = strsep(&rest, " ")) != NULL)
		if (*option == '-')
			printf("complete -c supervise -n '__supervise_in %s' "
			       "-%c %s\n",
			    command->name, option[1] == '-' ? 'l' : 's',
			    option + strspn(option, "-"));
	if (words != NULL)
		printf("complete -c supervise -n '__supervise_in %s' -a "
		       "'%s'\n",
		    command->name, words);
}

static void
print_fish(void)
{
	puts("# supervise(1): made by `supervise help --completion fish`.\n"
	     "# Sets command and where: what was typed before the cursor.\n"
	     "function __supervise_read --no-scope-shadowing\n"
	     "\tset -l take 0\n"
	     "\tfor word in (commandline -opc)[2..-1]\n"
	     "\t\tif test $take = 1\n"
	     "\t\t\tset -a where $word\n"
	     "\t\t\tset take 0\n"
	     "\t\telse if contains -- $word -f --file -L --label -S --socket\n"
	     "\t\t\tset -a where $word\n"
	     "\t\t\tset take 1\n"
	     "\t\telse if test -z \"$command\"; "
	     "and not string match -q -- '-*' $word\n"
	     "\t\t\tset command $word\n"
	     "\t\tend\n"
	     "\tend\n"
	     "end\n"
	     "# Whether this command, or none, has been typed.\n"
	     "function __supervise_in\n"
	     "\tset -l where\n"
	     "\tset -l command\n"
	     "\t__supervise_read\n"
	     "\ttest \"$command\" = \"$argv[1]\"\n"
	     "end\n"
	     "function __supervise_children\n"
	     "\tset -l where\n"
	     "\tset -l command\n"
	     "\t__supervise_read\n"
	     "\tsupervise $where " CHILDREN "\n"
	     "end\n"
	     "complete -c supervise -f\n"
	     "complete -c supervise -s f -l file -r -F -d 'the file'\n"
	     "complete -c supervise -s L -l label -x -a '(" FISH_LABELS
	     ")' -d 'the label of the supervisor'\n"
	     "complete -c supervise -s S -l socket -r -F -d 'its socket'");
	for (const struct command *c = commands; c->name != NULL; c++)
		print_fish_command(c);
}

int
completion_print(const char *shell)
{
	static const struct {
		const char *shell;
		void (*print)(void);
	} scripts[] = {
		{ "bash", print_bash },
		{ "zsh", print_zsh },
		{ "fish", print_fish },
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		if (shell != NULL && strcmp(shell, scripts[i].shell) == 0) {
			scripts[i].print();
			return fflush(stdout) == 0 ? STATUS_OK : STATUS_FAILED;
		}
	return usage_error("help", "--completion: expected bash, zsh or fish");
}
