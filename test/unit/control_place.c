/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "control/folder.h"
#include "control/list.h"
#include "control/place.h"
#include "control/socket.h"
#include "os/fd.h"
#include "os_left.h"

/* Who the test is if it would be root, whose folder is not a test's. */
#define SOMEBODY 54321

static char base[] = "/tmp/supervise-test-XXXXXX";
static char why[CONTROL_WHY_SIZE];
static struct control_place place;

/* A path below the folder of this test; valid until the next call but one. */
static const char *
below(const char *name)
{
	static char paths[2][PATH_MAX];
	static int n;

	n = !n;
	snprintf(paths[n], sizeof(paths[n]), "%s/%s", base, name);
	return paths[n];
}

static void
make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	CHECK(fd >= 0);
	fd_close(&fd);
}

static void
test_labels(void)
{
	char text[CONTROL_LABEL_MAX + 2];

	memset(text, 'x', sizeof(text));
	text[CONTROL_LABEL_MAX + 1] = '\0';
	CHECK(!control_label_is_valid(text));
	text[CONTROL_LABEL_MAX] = '\0';
	CHECK(control_label_is_valid(text));
	CHECK(control_label_is_valid("default"));
	CHECK(control_label_is_valid("Shop_2.test-1"));
	CHECK(!control_label_is_valid("") && !control_label_is_valid("."));
	CHECK(!control_label_is_valid(".x") && !control_label_is_valid("-x"));
	CHECK(!control_label_is_valid("a/b") && !control_label_is_valid("a b"));
	CHECK(!control_label_is_valid("\xc3\xa9"));
	OK("a label is a plain name");
}

/* FNV-1a over the path, as the manual has it. */
static void
expect_label(const char *path, const char *name, char *expected)
{
	uint32_t sum = 2166136261U;

	for (; *path != '\0'; path++)
		sum = (sum ^ (unsigned char)*path) * 16777619U;
	snprintf(expected, CONTROL_LABEL_SIZE, "%s-%08x", name, sum);
}

static void
test_label_of_file(void)
{
	char label[CONTROL_LABEL_SIZE], expected[CONTROL_LABEL_SIZE];
	char name[100];

	CHECK(mkdir(below("shop"), 0700) == 0);
	make_file(below("shop/supervise.conf"));
	CHECK(symlink("shop/supervise.conf", below("link")) == 0);
	expect_label(below("shop/supervise.conf"), "shop", expected);
	CHECK(control_place_label(below("shop/supervise.conf"), label) == 0);
	CHECK(strcmp(label, expected) == 0);
	CHECK(control_place_label(below("shop/../link"), label) == 0);
	CHECK(strcmp(label, expected) == 0);
	CHECK(control_place_label(below("nothing"), label) == -ENOENT);
	CHECK(unlink(below("link")) == 0);
	CHECK(unlink(below("shop/supervise.conf")) == 0);
	CHECK(rmdir(below("shop")) == 0);

	/* A folder whose name cannot stand in a label, and is too long. */
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "-a b\xc3", 5);
	CHECK(mkdir(below(name), 0700) == 0);
	CHECK(control_place_label(below(name), label) == 0);
	CHECK(control_label_is_valid(label));
	strlcat(name, "/f", sizeof(name));
	name[sizeof(name) - 1] = '\0';
	CHECK(rmdir(below(name)) == 0);
	CHECK(control_place_label("/", label) == 0);
	CHECK(strncmp(label, "root-", 5) == 0);
	OK("a file's label is made from its real path");
}

static int
serve(const char *socket, const char *label, const char *file)
{
	struct control_wish wish = { socket, label, file, false };

	*why = '\0';
	return control_place_serve(&wish, &place, why);
}

static int
find(const char *socket, const char *label, const char *file)
{
	struct control_wish wish = { socket, label, file, false };

	*why = '\0';
	return control_place_find(&wish, &place, why);
}

static void
test_order(void)
{
	struct control_wish wish = { .file = below("f"), .named = true };
	char label[CONTROL_LABEL_SIZE];

	make_file(below("f"));
	CHECK(control_place_label(below("f"), label) == 0);
	CHECK(serve("/x/s", "shop", below("f")) == 0);
	CHECK(strcmp(place.path, "/x/s") == 0 && *place.label == '\0');
	CHECK(serve(NULL, "shop", below("f")) == 0);
	CHECK(strcmp(place.label, "shop") == 0);
	CHECK(strcmp(place.path, below("run/supervise/shop.sock")) == 0);
	CHECK(serve(NULL, NULL, below("f")) == 0);
	CHECK(strcmp(place.label, label) == 0);

	CHECK(setenv("SUPERVISE_SOCKET", "/y/s", 1) == 0);
	CHECK(serve(NULL, NULL, below("f")) == 0);
	CHECK(strcmp(place.path, "/y/s") == 0);
	CHECK(find(NULL, NULL, below("f")) == 0);
	CHECK(strcmp(place.path, "/y/s") == 0);
	CHECK(serve(NULL, "shop", NULL) == 0 && *place.label != '\0');

	/* In a child it names the supervisor above. */
	CHECK(setenv("SUPERVISE_NAME", "web", 1) == 0);
	CHECK(serve(NULL, NULL, below("f")) == 0);
	CHECK(strcmp(place.label, label) == 0);
	CHECK(find(NULL, NULL, below("f")) == 0);
	CHECK(strcmp(place.path, "/y/s") == 0);
	CHECK(control_place_find(&wish, &place, why) == -ENOENT);
	CHECK(unsetenv("SUPERVISE_NAME") == 0);
	CHECK(setenv("SUPERVISE_SOCKET", "", 1) == 0);
	CHECK(serve(NULL, NULL, below("f")) == 0 && *place.label != '\0');
	CHECK(unsetenv("SUPERVISE_SOCKET") == 0);
	CHECK(unlink(below("f")) == 0);
	OK("what is said goes before the variable, and that before the file");
}

static void
test_relative(void)
{
	static char text[2 * PATH_MAX];

	CHECK(chdir(base) == 0);
	CHECK(serve("s", NULL, NULL) == 0);
	CHECK(strcmp(place.path, below("s")) == 0);
	CHECK(chdir("/") == 0);
	CHECK(serve("", NULL, NULL) == -EINVAL && *why != '\0');
	memset(text, '/', PATH_MAX);
	CHECK(serve(text, NULL, NULL) == -ENAMETOOLONG && *why != '\0');
	CHECK(serve(NULL, "a/b", NULL) == -EINVAL);
	CHECK(strncmp(why, "\"a/b\" is no label, expected ", 28) == 0);
	CHECK(serve(NULL, NULL, below("nothing")) == -ENOENT && *why != '\0');
	CHECK(serve(NULL, NULL, NULL) == -EINVAL && *why != '\0');
	OK("paths become absolute, and what is none is told");
}

static void
test_folder(void)
{
	char text[PATH_MAX + 64];
	struct stat st;
	mode_t mask = umask(0);

	CHECK(rmdir(below("run/supervise")) == 0);
	CHECK(serve(NULL, "a", NULL) == 0);
	CHECK(lstat(below("run/supervise"), &st) == 0);
	CHECK(S_ISDIR(st.st_mode) && (st.st_mode & 07777) == 0700);

	CHECK(chmod(below("run/supervise"), 0750) == 0);
	CHECK(serve(NULL, "a", NULL) == -EPERM);
	snprintf(text, sizeof(text), "then chmod 700 %s",
	    below("run/supervise"));
	CHECK(strstr(why, "(mode 0750)") != NULL && strstr(why, text) != NULL);
	CHECK(find(NULL, "a", NULL) == -EPERM && *why != '\0');
	CHECK(rmdir(below("run/supervise")) == 0);

	CHECK(mkdir(below("real"), 0700) == 0);
	CHECK(symlink(below("real"), below("run/supervise")) == 0);
	CHECK(serve(NULL, "a", NULL) == -EPERM);
	CHECK(strstr(why, "is a symbolic link") != NULL);
	CHECK(unlink(below("run/supervise")) == 0);
	CHECK(rmdir(below("real")) == 0);

	make_file(below("run/supervise"));
	CHECK(serve(NULL, "a", NULL) == -EPERM);
	CHECK(strstr(why, "is a file") != NULL);
	CHECK(unlink(below("run/supervise")) == 0);

	CHECK(chmod(below("run"), 0500) == 0);
	CHECK(serve(NULL, "a", NULL) == -EACCES);
	CHECK(strstr(why, "-S PATH puts") != NULL);
	CHECK(chmod(below("run"), 0700) == 0);

	CHECK(control_folder_check("/tmp", why) == -EPERM);
	CHECK(control_folder_check("/etc", why) == -EPERM);
	CHECK(strstr(why, "belongs to user 0, not to you") != NULL);
	CHECK(control_folder_check(below("nothing"), why) == -ENOENT);
	(void)umask(mask);
	OK("a folder that is not safe is refused with what to do");
}

static void
test_folders(void)
{
	struct control_folders folders;
	char expected[64];

	snprintf(expected, sizeof(expected), "/tmp/supervise-%ju",
	    (uintmax_t)geteuid());
	control_folders(&folders);
	CHECK(folders.n >= 2);
	CHECK(strcmp(folders.paths[0], below("run/supervise")) == 0);
	CHECK(strcmp(folders.paths[1], expected) == 0);

	/* Not there, somebody else's, not absolute. */
	CHECK(setenv("XDG_RUNTIME_DIR", below("nothing"), 1) == 0);
	control_folders(&folders);
	CHECK(strcmp(folders.paths[0], expected) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", "/etc", 1) == 0);
	control_folders(&folders);
	CHECK(strcmp(folders.paths[0], expected) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", ".", 1) == 0);
	control_folders(&folders);
	CHECK(strcmp(folders.paths[0], expected) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", below("run"), 1) == 0);
	OK("the folder is below one that the user has, else in /tmp");
}

static void
test_list(void)
{
	struct control_listener a, b;
	struct control_list list;
	pid_t rival;

	CHECK(control_list_read(&list) == 0 && list.n == 0);
	control_list_free(&list);
	CHECK(find(NULL, NULL, NULL) == -ENOENT && *why != '\0');

	CHECK(serve(NULL, "two", NULL) == 0);
	CHECK(find(NULL, "two", NULL) == -ENOENT);
	CHECK(strstr(why, "label two") != NULL);
	CHECK(control_listen(&a, place.path, &rival) == 0);
	CHECK(find(NULL, NULL, NULL) == 0);
	CHECK(strcmp(place.label, "two") == 0);
	CHECK(find(NULL, "two", NULL) == 0);

	/* One that is dead, one in another folder, and what is no socket. */
	CHECK(rename(place.path, below("run/supervise/dead.sock")) == 0);
	CHECK(find(NULL, NULL, NULL) == 0);
	CHECK(strcmp(place.label, "dead") == 0);
	fd_close(&a.fd);
	CHECK(find(NULL, NULL, NULL) == -ENOENT);
	fd_close(&a.folder);
	free(a.name);
	CHECK(control_listen(&a, below("run/supervise/two.sock"), &rival) == 0);
	make_file(below("run/supervise/.hidden.sock"));
	make_file(below("run/supervise/other"));
	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	CHECK(serve(NULL, "one", NULL) == 0);
	CHECK(strncmp(place.path, "/tmp/supervise-", 15) == 0);
	CHECK(control_listen(&b, place.path, &rival) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", below("run"), 1) == 0);

	CHECK(control_list_read(&list) == 0 && list.n == 3);
	CHECK(strcmp(list.entries[0].place.label, "dead") == 0);
	CHECK(!list.entries[0].alive && list.entries[0].pid == 0);
	CHECK(strcmp(list.entries[1].place.label, "one") == 0);
	CHECK(list.entries[1].alive && list.entries[1].pid == getpid());
	CHECK(strcmp(list.entries[2].place.label, "two") == 0);
	control_list_free(&list);
	control_list_free(&list);

	CHECK(find(NULL, NULL, NULL) == -ENOTUNIQ);
	CHECK(strcmp(why,
		  "several supervisors are running, say which with "
		  "-L LABEL: one two") == 0);
	CHECK(find(NULL, "one", NULL) == 0);
	CHECK(strncmp(place.path, "/tmp/supervise-", 15) == 0);
	control_listener_close(&a);
	control_listener_close(&b);
	*strrchr(place.path, '/') = '\0';
	CHECK(rmdir(place.path) == 0);
	CHECK(unlink(below("run/supervise/dead.sock")) == 0);
	CHECK(unlink(below("run/supervise/.hidden.sock")) == 0);
	CHECK(unlink(below("run/supervise/other")) == 0);
	CHECK(rmdir(below("run/supervise")) == 0);
	OK("the supervisors of a user are found in every folder");
}

static void
test_root(void)
{
	struct control_folders folders;

	if (geteuid() != 0)
		return;
	control_folders(&folders);
	CHECK(folders.n == 1);
	CHECK(strcmp(folders.paths[0], "/run/supervise") == 0);
	CHECK(seteuid(SOMEBODY) == 0);
	OK("root's folder is /run/supervise");
}

int
main(void)
{
	left_start();
	test_root();
	(void)unsetenv("SUPERVISE_SOCKET");
	(void)unsetenv("SUPERVISE_NAME");
	CHECK(mkdtemp(base) != NULL);
	CHECK(mkdir(below("run"), 0700) == 0);
	CHECK(setenv("XDG_RUNTIME_DIR", below("run"), 1) == 0);
	test_labels();
	test_label_of_file();
	test_order();
	test_relative();
	test_folder();
	test_folders();
	test_list();
	CHECK(rmdir(below("run")) == 0 && rmdir(base) == 0);

	/* What measures coverage writes as whom the test was started. */
	CHECK(seteuid(getuid()) == 0);
	left_check();
	return 0;
}
