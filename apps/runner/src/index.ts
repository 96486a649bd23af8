/**
 * The seatrial program: releases a Kubernetes operator and puts it through an end-to-end trial.
 *
 * @module
 */
export {};
