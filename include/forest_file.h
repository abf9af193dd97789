/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FOREST_FILE_H
#define NFCLASS_FOREST_FILE_H

#include "bytes.h"
#include "forest.h"

/* A forest as bytes.  All numbers are little-endian, "varint" as in bytes.h:
 *
 *   trees u32, classes u16, features u16
 *   by feature: thresholds: how many, varint; the first as u32, then the steps to the
 *       next ones, varint; as whole numbers in the order of floats
 *   mixed leaves: how many, varint; each: classes, varint; by class the step from the
 *       class before, varint, and its share, varint, but the last share, which is the
 *       rest; of a leaf that keeps some to itself a 0 first, and all shares
 *   trees: splits, varint
 *   trees: bits, each from the root, first children first: 1 and the number of a
 *       threshold, all features' in a row; or 0 and a leaf's code (see tree.h); zeros up
 *       to a whole byte
 *
 * Every forest has one form only. */

/* How many bits the numbers of thresholds and leaves take. */
struct forest_file_widths {
	unsigned threshold, leaf;
};

static inline struct forest_file_widths forest_file_widths(const struct forest_parts *p,
                                                           uint32_t thresholds)
{
	return (struct forest_file_widths){ bits_for(thresholds),
		                            bits_for(p->classes + p->shares.count) };
}

/* Append to b; memory that ran out shows in b->failed. */
void forest_file_pack(const struct forest_parts *p, struct bytes *b);

/* Read all of c.  What is accepted can be walked without a check: children lie behind
 * their parents, features and leaves exist, thresholds are finite, shares add up; and
 * memory stays in proportion to the bytes.  0, -EINVAL or -ENOMEM with the reason in f;
 * p, empty before, is to be cleared in either case. */
int forest_file_parse(struct forest_parts *p, struct cursor c, struct fault *f);

#endif
