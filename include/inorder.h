/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_INORDER_H
#define NFCLASS_INORDER_H

#include <stdint.h>
#include <stdio.h>

/* Parts of a text that several threads write at a time, and that come out one after the
 * other: the first goes straight through, the others are kept up to INORDER_KEPT bytes
 * each, and then their writers wait. */
struct inorder;

#define INORDER_KEPT (1 << 20)

/* Parts 0, 1, ... go to a stream, which is borrowed until inorder_free(); up to window (1
 * and up) of them are open or kept at a time.  NULL when memory is short. */
struct inorder *inorder_new(FILE *to, uint32_t window);
void inorder_free(struct inorder *s);

/* The stream for a part, once it is less than window parts from the one that goes out;
 * each is opened once, and closed by inorder_close().  NULL when memory is short. */
FILE *inorder_open(struct inorder *s, uint32_t part);

/* The part is whole.  Takes NULL for a stream that could not be opened. */
void inorder_close(struct inorder *s, FILE *stream, uint32_t part);

/* Why the stream took no more, as an errno; 0 as long as it does.  From then on whatever
 * is written is lost, and the parts' own streams fail. */
int inorder_error(struct inorder *s);

#endif
