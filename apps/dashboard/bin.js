#!/usr/bin/env node
// Committed, so that npm links it before the first build.
import './dist/bin.js';
