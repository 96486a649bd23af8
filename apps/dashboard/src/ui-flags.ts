import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial ui`. */
export const uiFlags = defineFlags({
  results: {
    type: 'string',
    description: 'results to show, gs:// or file://',
    env: 'SEATRIAL_RESULTS',
    placeholder: 'URI',
    default: 'file://./_results',
  },
  port: { type: 'number', integer: true, min: 0, description: 'port to listen on; 0 takes a free one', default: 8180 },
  listen: { type: 'string', description: 'address to listen on', default: '127.0.0.1', placeholder: 'ADDRESS' },
  token: {
    type: 'string',
    description: 'secret that readers must give, 16 characters or more',
    env: 'SEATRIAL_UI_TOKEN',
  },
  'auth-proxy-header': {
    type: 'string',
    description: 'header by which a proxy in front says who reads; nobody else may reach the port',
    placeholder: 'NAME',
  },
  'allowed-host': {
    type: 'strings',
    description: 'name, besides localhost, that the page is opened by',
    placeholder: 'NAME',
  },
  'base-path': {
    type: 'string',
    description: 'path that addresses begin with, where a proxy does not take it away',
    default: '/',
    placeholder: 'PATH',
  },
});
