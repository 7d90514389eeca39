/* SPDX-License-Identifier: ISC */
#ifndef BASE_NAME_COLOUR_H
#define BASE_NAME_COLOUR_H

/*
 * The colour of a child's name, as the number of an SGR sequence (ECMA-48): the
 * same for the same name, wherever it stands and in every run.
 */
int name_colour(const char *name);

#endif
