// Package remote carries knowledge.Service over Connect RPC: Handler serves a base to other processes, Client is a
// knowledge.Service that asks one. It owns the wire: conversion, service-to-service authentication, deadlines and what is safe to
// try again. It decides nothing about records, and imports no part of EKC but knowledge, its contract (knowledge/rpc) and
// plumbing. knowledge/conformance holds both forms to the same behaviour.
package remote
