// SPDX-License-Identifier: GPL-2.0-or-later
// What a launch costs when there is nothing to do.
#version 450
layout(local_size_x = 1) in;

void main()
{
}
