/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "engine/engine.h"
#include "engine/printing.h"

int
printing_run(struct printing *p, struct engine *e, const char *const *given)
{
	if (!p->runs &&
	    runner_init(&p->runner, &p->programs, &e->loop, &e->spawner,
		&e->strays.children, given) < 0)
		return -ENOMEM;
	p->runs = true;
	/* If none could be started they are all done. */
	p->ready = runner_turn(&p->runner);
	return 0;
}

bool
printing_turn(struct printing *p)
{
	bool ready = p->ready || runner_turn(&p->runner);

	p->ready = false;
	return ready;
}

int64_t
printing_deadline(const struct printing *p)
{
	return p->ready ? 0 : runner_deadline(&p->runner);
}

void
printing_fini(struct printing *p)
{
	runner_fini(&p->runner);
	programs_fini(&p->programs);
}
