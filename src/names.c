/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* The slot that holds name, or the empty one where it belongs. */
static uint32_t slot_of(const struct names *n, const char *name)
{
	uint32_t i = (uint32_t)hash_fnv(HASH_FNV_INIT, name, strlen(name));

	for (i &= n->slots - 1; n->slot[i]; i = (i + 1) & (n->slots - 1))
		if (strcmp(n->name[n->slot[i] - 1], name) == 0)
			break;
	return i;
}

static bool grow(struct names *n)
{
	uint32_t room = n->room ? 2 * n->room : 16;
	char **name = realloc(n->name, room * sizeof(*name));
	uint32_t *slot;

	if (!name)
		return false;
	n->name = name;
	slot = calloc(2 * (size_t)room, sizeof(*slot));
	if (!slot)
		return false;
	free(n->slot);
	n->slot = slot;
	n->slots = 2 * room;
	n->room = room;
	for (uint32_t i = 0; i < n->count; i++)
		n->slot[slot_of(n, n->name[i])] = i + 1;
	return true;
}

uint32_t names_find(const struct names *n, const char *name)
{
	return n->slots ? n->slot[slot_of(n, name)] - 1 : NAMES_NONE;
}

uint32_t names_add(struct names *n, const char *name)
{
	uint32_t found = names_find(n, name);
	char *copy;

	if (found != NAMES_NONE)
		return found;
	if (n->count == n->room && !grow(n))
		return NAMES_NONE;
	copy = strdup(name);
	if (!copy)
		return NAMES_NONE;
	n->name[n->count++] = copy;
	n->slot[slot_of(n, name)] = n->count;
	return n->count - 1;
}

void names_clear(struct names *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		free(n->name[i]);
	free(n->name);
	free(n->slot);
	*n = (struct names){ 0 };
}
