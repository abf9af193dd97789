/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_LOAD_H
#define NFCLASS_LOAD_H

#include "dataset.h"
#include "feature.h"

/* Data sets out of what a person names: CSV files as `extract` writes them (their names
 * end in ".csv"), folders of LABEL/TRACE captures, captures. */

struct trace;

struct load {
	const struct burst_params *burst; /* of captures */
	enum feature_set set;
	bool set_is_wanted; /* else CSV files may bring their own features */
	/* May be NULL; gets the file of each capture that is a trace of the data: by
	 * trace, where all of them are captures. */
	struct names *captures;
	struct trace *trace; /* through which captures are read; load_path()'s own */
	/* Results; files is to be cleared in the end. */
	struct names files; /* what was read: no file is read twice */
	unsigned failed;    /* files that could not be read, each named in the log */
};

/* Add everything that path means to d.  A trace is called by the last part of path and
 * what is below it, so that the same data has the same digest wherever it lies; when that
 * name is taken, by its whole path.  -ENOMEM with *f filled when nothing more can be
 * done. */
int load_path(struct dataset *d, const char *path, struct load *l, struct fault *f);

/* Append a burst-flow's row: label, trace and burst of row are set, the rest is filled
 * here.  0 or -ENOMEM. */
int load_burst_flow(struct dataset *d, struct dataset_row *row,
                    const struct burst_flow *bf, enum feature_set set);

/* The feature set whose names and order d's columns have; false when there is none. */
bool load_set_of(const struct dataset *d, enum feature_set *set);

#endif
