import { CfnModel, type IModel, Model, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { messageJsonSchema } from '../../message/message-json-schema.ts';
import { JSON_TYPE } from '../../webhook/receive.ts';
import { type Schema, toDraft4 } from './draft4.ts';

/**
 * The schema of a message as a model of the API. Not CDK's `Model`: that takes a property named `id` for a keyword of the
 * schema.
 */
function createMessageModel(scope: Construct, api: RestApi): IModel {
  const model = new CfnModel(scope, 'MessageModel', {
    restApiId: api.restApiId,
    contentType: JSON_TYPE,
    description: 'One Marketo REST request',
    schema: messageModel(),
  });
  return Model.fromModelName(scope, 'NamedMessageModel', model.ref);
}

function messageModel(): Schema {
  return toDraft4(messageJsonSchema() as Schema);
}

export { createMessageModel, messageModel };
