/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"

/*
 * usage: play-gen FROM [TO]
 *
 * Prints the random scenarios of these seeds, for every player the same.
 */

int
main(int argc, char *argv[])
{
	unsigned long long from, to;

	if (argc != 2 && argc != 3)
		return 2;
	from = strtoull(argv[1], NULL, 10);
	to = argc == 3 ? strtoull(argv[2], NULL, 10) : from;
	for (unsigned long long seed = from; seed <= to; seed++)
		gen_scenario(seed, stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
