/* SPDX-License-Identifier: ISC */
#include "core/catch.h"
#include "base/pattern.h"

struct catching
catch_begin(const struct child *child, const char *reason)
{
	return (struct catching){ .at = child, .reason = reason };
}

const struct catch_rule *
catch_next(struct catching *catching)
{
	const struct child_policy *policy;
	const struct catch_rule *rule;

	while (catching->at != NULL) {
		policy = catching->at->policy;
		while (catching->next < policy->ncatches) {
			rule = &policy->catches[catching->next++];
			if (pattern_matches(rule->pattern, catching->reason))
				return rule;
		}
		catching->next = 0;
		catching->at = catching->at->sup != NULL ?
		    &catching->at->sup->child :
		    NULL;
	}
	return NULL;
}

const struct catch_rule *
catch_decides(const struct child *child)
{
	char text[REASON_TEXT_SIZE];
	struct catching catching =
	    catch_begin(child, reason_text(child->reason, text));
	const struct catch_rule *rule;

	do {
		rule = catch_next(&catching);
	} while (rule != NULL && rule->action == CATCH_RUN);
	return rule;
}
